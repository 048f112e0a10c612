from django.urls import path

from . import views

urlpatterns = [
    path("", views.books),
    path("books/<int:number>/", views.book),
    path("api/books/", views.api_books),
    path("suggest/", views.suggest),
    path("error/", views.error),
]
